BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE audit (
	sequence INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	actor VARCHAR(80) NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	action VARCHAR(80) NOT NULL, 
	object_id VARCHAR(80) NOT NULL, 
	outcome VARCHAR(40) NOT NULL, 
	previous_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (sequence), 
	CONSTRAINT uq_audit_hash UNIQUE (hash), 
	CONSTRAINT uq_audit_previous_hash UNIQUE (previous_hash)
);
INSERT INTO "audit" VALUES(1,'2026-11-22T14:42:36.307512Z','system','system','clinic.created','org_1glc1uRHFHoUX9WE','done','0000000000000000000000000000000000000000000000000000000000000000','6d034219324608d6c86b54054e83d8b3cac776a75863f79bc8d08b662c9eba80');
INSERT INTO "audit" VALUES(2,'2026-11-22T14:42:36.307512Z','system','system','demo.created','org_1glc1uRHFHoUX9WE','done','6d034219324608d6c86b54054e83d8b3cac776a75863f79bc8d08b662c9eba80','b14f87210379278741222d88d9f0833a42a1f01624298fda234a237d590021bd');
INSERT INTO "audit" VALUES(3,'2026-11-22T14:42:36.307512Z','system','system','user.created','usr_1NxHIoQgpBdgvj9C','done','b14f87210379278741222d88d9f0833a42a1f01624298fda234a237d590021bd','8f85a207d3044b0a68e9e04f37844268da92c748499df38fd06852efff226d75');
INSERT INTO "audit" VALUES(4,'2026-11-22T14:42:36.307512Z','system','system','user.created','usr_mYWfnANs3sr3a19G','done','8f85a207d3044b0a68e9e04f37844268da92c748499df38fd06852efff226d75','4ead2ceebfdb7672b212a2827510b0b6c3fd248115fde74e588b19f5c2ae6551');
INSERT INTO "audit" VALUES(5,'2026-11-22T14:42:36.307512Z','system','system','user.created','usr_-cajc5Wgi7-1eTDV','done','4ead2ceebfdb7672b212a2827510b0b6c3fd248115fde74e588b19f5c2ae6551','4665a31f486ca5e7082829bff1df83aec8e674072a693c2c8d7e13c00ef42a3a');
INSERT INTO "audit" VALUES(6,'2026-11-22T14:42:36.307512Z','system','system','user.created','usr_YuiL9ktBgk_Fxg_A','done','4665a31f486ca5e7082829bff1df83aec8e674072a693c2c8d7e13c00ef42a3a','9a59d1ecb86d16f92b54fc4dd3669152ded53a08da586c70015636deda53d110');
INSERT INTO "audit" VALUES(7,'2026-11-22T14:42:36.307512Z','system','system','user.created','usr_ifJffNTrV3F9TEDw','done','9a59d1ecb86d16f92b54fc4dd3669152ded53a08da586c70015636deda53d110','fe5bb9e16c4c85911cd7329f1812439270361ecbd2c0dd9ac5a7b3686d7dccd1');
INSERT INTO "audit" VALUES(8,'2026-11-22T14:42:36.307512Z','system','system','user.created','usr_a-ddnMlvN5Jmi4E1','done','fe5bb9e16c4c85911cd7329f1812439270361ecbd2c0dd9ac5a7b3686d7dccd1','8d3b56efff8722ca6b569126093b257d0b9895dde9d78316cd289cd666b87c58');
INSERT INTO "audit" VALUES(9,'2026-11-22T14:42:37.132431Z','system','system','server.started','srv_DpDqlGh1K_l1DoBa','done','8d3b56efff8722ca6b569126093b257d0b9895dde9d78316cd289cd666b87c58','1aa2ae829bd603251768483cd8650f3652d01a8bcea8823f52493ae73d2fc652');
INSERT INTO "audit" VALUES(10,'2026-11-22T14:42:37.521822Z','usr_1NxHIoQgpBdgvj9C','clinician','user.sign_in','usr_1NxHIoQgpBdgvj9C','done','1aa2ae829bd603251768483cd8650f3652d01a8bcea8823f52493ae73d2fc652','3e9043ff2c509ea7e8efcd953c58e293b78f148c2144035fa8124165df18b364');
INSERT INTO "audit" VALUES(11,'2026-11-22T14:42:37.608463Z','usr_YuiL9ktBgk_Fxg_A','front_desk','user.sign_in','usr_YuiL9ktBgk_Fxg_A','done','3e9043ff2c509ea7e8efcd953c58e293b78f148c2144035fa8124165df18b364','db23d724e644c3659fc1fdbe0ce41d068b6720ade75cddd1744258ccdd451061');
INSERT INTO "audit" VALUES(12,'2026-11-22T14:42:37.624817Z','usr_1NxHIoQgpBdgvj9C','clinician','session.created','ses_23_TuXwgZt2tgZ6L','done','db23d724e644c3659fc1fdbe0ce41d068b6720ade75cddd1744258ccdd451061','3130318620de661c8edf7421e7a0dffa02cde6412c88f3488406bd122c4524b9');
INSERT INTO "audit" VALUES(13,'2026-11-22T14:42:37.624817Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.created','par_JysXR7B6gaay0wFj','done','3130318620de661c8edf7421e7a0dffa02cde6412c88f3488406bd122c4524b9','5b4ec8b1b74a83ff5bc09cf37eff3538badd6284efbb4636014dbeb12187fe4a');
INSERT INTO "audit" VALUES(14,'2026-11-22T14:42:37.624817Z','usr_1NxHIoQgpBdgvj9C','clinician','session.opened','ses_23_TuXwgZt2tgZ6L','done','5b4ec8b1b74a83ff5bc09cf37eff3538badd6284efbb4636014dbeb12187fe4a','09725f9bc8d483a8dfc9901936bf60064b65f80c4d80e3094f513f2394b2e33c');
INSERT INTO "audit" VALUES(15,'2026-11-22T14:42:37.624817Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.created','par_s7Iin48BuXevOUEI','done','09725f9bc8d483a8dfc9901936bf60064b65f80c4d80e3094f513f2394b2e33c','6aefcde1b29b2372af48ff3cd7a69ad6f242bec28efd2b82db1f2002153aa3f9');
INSERT INTO "audit" VALUES(16,'2026-11-22T14:42:37.624817Z','usr_1NxHIoQgpBdgvj9C','clinician','link.created','lnk_Z6K4ininaaCUGEgq','done','6aefcde1b29b2372af48ff3cd7a69ad6f242bec28efd2b82db1f2002153aa3f9','b02904e7d3a5cc76cac293f5f4edc265b9e71eca820dc2fb4b01134593b0eb26');
INSERT INTO "audit" VALUES(17,'2026-11-22T14:42:37.662788Z','par_s7Iin48BuXevOUEI','patient','link.opened','lnk_Z6K4ininaaCUGEgq','done','b02904e7d3a5cc76cac293f5f4edc265b9e71eca820dc2fb4b01134593b0eb26','2031774b3218969fb6daed423b54d71e5e4659ef7ac72beb1b48d7e3ce4157a9');
INSERT INTO "audit" VALUES(18,'2026-11-22T14:42:37.662788Z','par_s7Iin48BuXevOUEI','patient','participant.arrived','par_s7Iin48BuXevOUEI','done','2031774b3218969fb6daed423b54d71e5e4659ef7ac72beb1b48d7e3ce4157a9','ff780797a9f4119033df02117978423346c3ce03eecdd26597e3f23e5ba419ab');
INSERT INTO "audit" VALUES(19,'2026-11-22T14:42:37.703229Z','par_s7Iin48BuXevOUEI','patient','participant.renamed','par_s7Iin48BuXevOUEI','done','ff780797a9f4119033df02117978423346c3ce03eecdd26597e3f23e5ba419ab','b8fc47fdc69adb305e19f7d31f29ef35502ffa20c0663ebb26b01b69481388f9');
INSERT INTO "audit" VALUES(20,'2026-11-22T14:42:37.715258Z','par_s7Iin48BuXevOUEI','patient','participant.waiting','par_s7Iin48BuXevOUEI','done','b8fc47fdc69adb305e19f7d31f29ef35502ffa20c0663ebb26b01b69481388f9','2c815f2899d396ee5f52f4c0d0402d8d6191adf79091d022c822e1e04fc7f4a4');
INSERT INTO "audit" VALUES(21,'2026-11-22T14:42:37.745598Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.admitted','par_s7Iin48BuXevOUEI','done','2c815f2899d396ee5f52f4c0d0402d8d6191adf79091d022c822e1e04fc7f4a4','6678694e106516c11b152b0ec1980ca5b203c5f93203e90b254679ff3919f249');
INSERT INTO "audit" VALUES(22,'2026-11-22T14:42:37.745598Z','system','system','session.started','ses_23_TuXwgZt2tgZ6L','done','6678694e106516c11b152b0ec1980ca5b203c5f93203e90b254679ff3919f249','18486dffaefd76b49cd6a9051c80618a8ca996bd9273dedfe39b99a6e9e45212');
INSERT INTO "audit" VALUES(23,'2026-11-22T14:42:37.755858Z','par_s7Iin48BuXevOUEI','patient','chat.sent','msg_689wEf-9YBjM317T','done','18486dffaefd76b49cd6a9051c80618a8ca996bd9273dedfe39b99a6e9e45212','4fb3f69ce27042a31af902bf04f0de07194d6d70524ff115f26ba36ac4fb3660');
INSERT INTO "audit" VALUES(24,'2026-11-22T14:42:37.771749Z','usr_1NxHIoQgpBdgvj9C','clinician','note.written','ses_23_TuXwgZt2tgZ6L','done','4fb3f69ce27042a31af902bf04f0de07194d6d70524ff115f26ba36ac4fb3660','67ead2926c8c4fe86e130781163b30bcb1c9fdb4849a393bb7f0f4f246e6c5d0');
INSERT INTO "audit" VALUES(25,'2026-11-22T14:42:37.784460Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.created','par_a1A8VkgTagUbkPOo','done','67ead2926c8c4fe86e130781163b30bcb1c9fdb4849a393bb7f0f4f246e6c5d0','15aa20a78fbdb9746a0dd1398da7884aa4b42b9f974b0bd70df61c29c0799e6e');
INSERT INTO "audit" VALUES(26,'2026-11-22T14:42:37.784460Z','usr_1NxHIoQgpBdgvj9C','clinician','link.created','lnk_jBMh9SGdJ2B9iGWj','done','15aa20a78fbdb9746a0dd1398da7884aa4b42b9f974b0bd70df61c29c0799e6e','8813ae44783e1603f977320cf653ae7a787b6d1a19a9328f315861bb40fd9c3c');
INSERT INTO "audit" VALUES(27,'2026-11-22T14:42:37.801278Z','usr_1NxHIoQgpBdgvj9C','clinician','session.ended','ses_23_TuXwgZt2tgZ6L','done','8813ae44783e1603f977320cf653ae7a787b6d1a19a9328f315861bb40fd9c3c','3f733b5280e75f9a2d17d604b866bc97b6a7a34f10189b5d871f24565565b534');
INSERT INTO "audit" VALUES(28,'2026-11-22T14:42:37.801278Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.left','par_JysXR7B6gaay0wFj','done','3f733b5280e75f9a2d17d604b866bc97b6a7a34f10189b5d871f24565565b534','f09cc43f59c1f2b9e3c26cd3b5f56871018b6fb4027f971f06a30f7e4fd3d08d');
INSERT INTO "audit" VALUES(29,'2026-11-22T14:42:37.801278Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.left','par_s7Iin48BuXevOUEI','done','f09cc43f59c1f2b9e3c26cd3b5f56871018b6fb4027f971f06a30f7e4fd3d08d','a795241726262b5294b673d6345e11267c448d1d4ed8c4f4cd7ca5d56b9e127d');
INSERT INTO "audit" VALUES(30,'2026-11-22T14:42:37.813775Z','usr_1NxHIoQgpBdgvj9C','clinician','session.completed','ses_23_TuXwgZt2tgZ6L','done','a795241726262b5294b673d6345e11267c448d1d4ed8c4f4cd7ca5d56b9e127d','45c875d72d91473640772fc302016042e6c319838e5149332f5f67bc88809256');
INSERT INTO "audit" VALUES(31,'2026-11-22T14:42:37.813775Z','usr_1NxHIoQgpBdgvj9C','clinician','note.written','ses_23_TuXwgZt2tgZ6L','done','45c875d72d91473640772fc302016042e6c319838e5149332f5f67bc88809256','9f646cde6b07bcad6baa9e1edfd6a8614810c47349d78aed30283c322ea0764b');
INSERT INTO "audit" VALUES(32,'2026-11-22T14:42:37.824145Z','usr_1NxHIoQgpBdgvj9C','clinician','session.created','ses_uRspc22QwRf1nB0t','done','9f646cde6b07bcad6baa9e1edfd6a8614810c47349d78aed30283c322ea0764b','6b771d8b50d28f0540542a1f6b82580f7fcfb33ad5045e7658e67464c59a69d8');
INSERT INTO "audit" VALUES(33,'2026-11-22T14:42:37.824145Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.created','par_ghhK6oRFVrizkZ64','done','6b771d8b50d28f0540542a1f6b82580f7fcfb33ad5045e7658e67464c59a69d8','e53c12392fbe64c8faf2adcb82ca54f6e76f9878496980ab24e0cdb9e126f5cd');
INSERT INTO "audit" VALUES(34,'2026-11-22T14:42:37.824145Z','usr_1NxHIoQgpBdgvj9C','clinician','session.opened','ses_uRspc22QwRf1nB0t','done','e53c12392fbe64c8faf2adcb82ca54f6e76f9878496980ab24e0cdb9e126f5cd','35656d8f9adac6ee0876594894fea1d22ce4991eac1c0f91a7a955917a510792');
INSERT INTO "audit" VALUES(35,'2026-11-22T14:42:37.824145Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.created','par_qPZCK7W4COAlnH3n','done','35656d8f9adac6ee0876594894fea1d22ce4991eac1c0f91a7a955917a510792','6ace4998faf4c1d1e4e0c9779b68da7cc7cf1196c8ebfb862e2862b40a9375f8');
INSERT INTO "audit" VALUES(36,'2026-11-22T14:42:37.824145Z','usr_1NxHIoQgpBdgvj9C','clinician','link.created','lnk_ldU1Qq7_qxrnse0T','done','6ace4998faf4c1d1e4e0c9779b68da7cc7cf1196c8ebfb862e2862b40a9375f8','cf642a29f16347a56646c1e281d3978c77056162295ff196ef45c342a2a0a65e');
INSERT INTO "audit" VALUES(37,'2026-11-22T14:42:37.845316Z','par_qPZCK7W4COAlnH3n','patient','link.opened','lnk_ldU1Qq7_qxrnse0T','done','cf642a29f16347a56646c1e281d3978c77056162295ff196ef45c342a2a0a65e','7f88ed71d81e3cef4685c54c4b6c8c85ce96332d5e618118fa723484801b521e');
INSERT INTO "audit" VALUES(38,'2026-11-22T14:42:37.845316Z','par_qPZCK7W4COAlnH3n','patient','participant.arrived','par_qPZCK7W4COAlnH3n','done','7f88ed71d81e3cef4685c54c4b6c8c85ce96332d5e618118fa723484801b521e','ec91329cc883f62feeb52122eb3cbcacb84908775f02c25623b86e476a35cbb8');
INSERT INTO "audit" VALUES(39,'2026-11-22T14:42:37.873799Z','par_qPZCK7W4COAlnH3n','patient','participant.renamed','par_qPZCK7W4COAlnH3n','done','ec91329cc883f62feeb52122eb3cbcacb84908775f02c25623b86e476a35cbb8','566264f7f49ad5d87683e3c369d8f2614d5e21743d648cf8ddc86e6768e76271');
INSERT INTO "audit" VALUES(40,'2026-11-22T14:42:37.883298Z','par_qPZCK7W4COAlnH3n','patient','participant.waiting','par_qPZCK7W4COAlnH3n','done','566264f7f49ad5d87683e3c369d8f2614d5e21743d648cf8ddc86e6768e76271','65d6eb6f1e9130e6204078a831ae3ff14dfa38be11eb96931c744baf19b89002');
INSERT INTO "audit" VALUES(41,'2026-11-22T14:42:37.910572Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.admitted','par_qPZCK7W4COAlnH3n','done','65d6eb6f1e9130e6204078a831ae3ff14dfa38be11eb96931c744baf19b89002','1caeb37feaa916c180cd898fe57b048f9e73635e9640e026c311498b398bdb6e');
INSERT INTO "audit" VALUES(42,'2026-11-22T14:42:37.910572Z','system','system','session.started','ses_uRspc22QwRf1nB0t','done','1caeb37feaa916c180cd898fe57b048f9e73635e9640e026c311498b398bdb6e','4096d658d86b45a4d972a4d48187f445104e2579234633bd72dec6d721448129');
INSERT INTO "audit" VALUES(43,'2026-11-22T14:42:37.917140Z','par_qPZCK7W4COAlnH3n','patient','chat.sent','msg_5RenljOdVEm4xvKx','done','4096d658d86b45a4d972a4d48187f445104e2579234633bd72dec6d721448129','0af673700ad20318d387e6133d0ddc59f51c63ec6a1ea07d3c88a78d35893969');
INSERT INTO "audit" VALUES(44,'2026-11-22T14:42:37.924885Z','usr_1NxHIoQgpBdgvj9C','clinician','note.written','ses_uRspc22QwRf1nB0t','done','0af673700ad20318d387e6133d0ddc59f51c63ec6a1ea07d3c88a78d35893969','8db4218579fea381e710fe7790fa042f9ed1988f76039c6b91b9dabc855b257b');
INSERT INTO "audit" VALUES(45,'2026-11-22T14:42:37.932076Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.created','par_XNALf_2-R-UqrtR1','done','8db4218579fea381e710fe7790fa042f9ed1988f76039c6b91b9dabc855b257b','36de68d577ba97bc739837637cde11f66bb1314cbea6957705287e36d641c8b2');
INSERT INTO "audit" VALUES(46,'2026-11-22T14:42:37.932076Z','usr_1NxHIoQgpBdgvj9C','clinician','link.created','lnk_IgK4hPn8sSoMxlRK','done','36de68d577ba97bc739837637cde11f66bb1314cbea6957705287e36d641c8b2','69ca6e563020c31c7905927a0b93ca664d4606ad8450154505f32820034d7c88');
INSERT INTO "audit" VALUES(47,'2026-11-22T14:42:37.942443Z','usr_1NxHIoQgpBdgvj9C','clinician','session.ended','ses_uRspc22QwRf1nB0t','done','69ca6e563020c31c7905927a0b93ca664d4606ad8450154505f32820034d7c88','f4b7ee46bf8a748572425d283d22294291f3a4f3f2d804b7fc6861641feb9128');
INSERT INTO "audit" VALUES(48,'2026-11-22T14:42:37.942443Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.left','par_ghhK6oRFVrizkZ64','done','f4b7ee46bf8a748572425d283d22294291f3a4f3f2d804b7fc6861641feb9128','eecde44cd5648e7eea9a50f55efda676fedf499edeb5af608c97b60d248acb80');
INSERT INTO "audit" VALUES(49,'2026-11-22T14:42:37.942443Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.left','par_qPZCK7W4COAlnH3n','done','eecde44cd5648e7eea9a50f55efda676fedf499edeb5af608c97b60d248acb80','d16c0f8d1699b8328d630d4c5630e4e2dc8fbcf604010393c1de770030bcb96c');
INSERT INTO "audit" VALUES(50,'2026-11-22T14:42:37.954982Z','usr_1NxHIoQgpBdgvj9C','clinician','session.completed','ses_uRspc22QwRf1nB0t','done','d16c0f8d1699b8328d630d4c5630e4e2dc8fbcf604010393c1de770030bcb96c','f7a973af7d634fdebad6c1b450a24b1b7f5162d4bb1c358d785b32ef27405555');
INSERT INTO "audit" VALUES(51,'2026-11-22T14:42:37.954982Z','usr_1NxHIoQgpBdgvj9C','clinician','note.written','ses_uRspc22QwRf1nB0t','done','f7a973af7d634fdebad6c1b450a24b1b7f5162d4bb1c358d785b32ef27405555','d6763143df86eb59008ba8fb8cafd0eae131e4ae914d67af99209ac62db0b576');
INSERT INTO "audit" VALUES(52,'2026-11-22T14:42:37.963970Z','usr_1NxHIoQgpBdgvj9C','clinician','session.created','ses_3qFDiN7i_xbkeh-x','done','d6763143df86eb59008ba8fb8cafd0eae131e4ae914d67af99209ac62db0b576','8e0d273bc0a229b981e44940a5f2ea80752d06bd47d8f7851017e14f98b65e56');
INSERT INTO "audit" VALUES(53,'2026-11-22T14:42:37.963970Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.created','par_nEMBaagqDmw-IXhj','done','8e0d273bc0a229b981e44940a5f2ea80752d06bd47d8f7851017e14f98b65e56','8d0ae27d63c3ccf826328c9f686deb85b0571fee2446e5680cef570081d39d9f');
INSERT INTO "audit" VALUES(54,'2026-11-22T14:42:37.963970Z','usr_1NxHIoQgpBdgvj9C','clinician','session.opened','ses_3qFDiN7i_xbkeh-x','done','8d0ae27d63c3ccf826328c9f686deb85b0571fee2446e5680cef570081d39d9f','5eb9708de7601bf5f5e8bd7d2adcfabb0105ba06df831528b1ffb0b96184f747');
INSERT INTO "audit" VALUES(55,'2026-11-22T14:42:37.963970Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.created','par_jAHp_i2Ym72oLQYz','done','5eb9708de7601bf5f5e8bd7d2adcfabb0105ba06df831528b1ffb0b96184f747','94fa92a3ba0e7211ae0b103ec2fb99cc31f522674e90f755274ea6913620372e');
INSERT INTO "audit" VALUES(56,'2026-11-22T14:42:37.963970Z','usr_1NxHIoQgpBdgvj9C','clinician','link.created','lnk_ONi8U0S4s0YJ1Ztx','done','94fa92a3ba0e7211ae0b103ec2fb99cc31f522674e90f755274ea6913620372e','fd92560a90152d227dbfdb00e619b89e91d517948b7d1395c5111cef5195e7c1');
INSERT INTO "audit" VALUES(57,'2026-11-22T14:42:37.981538Z','par_jAHp_i2Ym72oLQYz','patient','link.opened','lnk_ONi8U0S4s0YJ1Ztx','done','fd92560a90152d227dbfdb00e619b89e91d517948b7d1395c5111cef5195e7c1','72d41349948c8d17a39cb29c58dcc60ba3850fce7c3a8302a5f345a794206201');
INSERT INTO "audit" VALUES(58,'2026-11-22T14:42:37.981538Z','par_jAHp_i2Ym72oLQYz','patient','participant.arrived','par_jAHp_i2Ym72oLQYz','done','72d41349948c8d17a39cb29c58dcc60ba3850fce7c3a8302a5f345a794206201','fd7ae51661992d39640f112c0813123d9ca29d5bf4c0f2951205f8a7966fa2c2');
INSERT INTO "audit" VALUES(59,'2026-11-22T14:42:38.005833Z','par_jAHp_i2Ym72oLQYz','patient','participant.renamed','par_jAHp_i2Ym72oLQYz','done','fd7ae51661992d39640f112c0813123d9ca29d5bf4c0f2951205f8a7966fa2c2','7f7acd35c072cda750a98bf27a623da858f8c7dbff5489687c3fb7f9e52eb7cd');
INSERT INTO "audit" VALUES(60,'2026-11-22T14:42:38.016922Z','par_jAHp_i2Ym72oLQYz','patient','participant.waiting','par_jAHp_i2Ym72oLQYz','done','7f7acd35c072cda750a98bf27a623da858f8c7dbff5489687c3fb7f9e52eb7cd','3dc830c7dbbf4487285fbada57197ada1b6495eb0d5ccef436fab1b3fb87dbd4');
INSERT INTO "audit" VALUES(61,'2026-11-22T14:42:38.059868Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.admitted','par_jAHp_i2Ym72oLQYz','done','3dc830c7dbbf4487285fbada57197ada1b6495eb0d5ccef436fab1b3fb87dbd4','aad9728b3120e574faea0f7185047a1f5657f736322f0033728916887f72264a');
INSERT INTO "audit" VALUES(62,'2026-11-22T14:42:38.059868Z','system','system','session.started','ses_3qFDiN7i_xbkeh-x','done','aad9728b3120e574faea0f7185047a1f5657f736322f0033728916887f72264a','45625bb8912a5b0f447cce286088ce4e9eedb09805214e669a02e7b0e83c6acb');
INSERT INTO "audit" VALUES(63,'2026-11-22T14:42:38.070611Z','par_jAHp_i2Ym72oLQYz','patient','chat.sent','msg_xO7gz3M457-nwyHc','done','45625bb8912a5b0f447cce286088ce4e9eedb09805214e669a02e7b0e83c6acb','a0cc0224664e4de96c89afca395750a7b672b127555b75e8f8c9cf79b8e4b815');
INSERT INTO "audit" VALUES(64,'2026-11-22T14:42:38.081315Z','usr_1NxHIoQgpBdgvj9C','clinician','note.written','ses_3qFDiN7i_xbkeh-x','done','a0cc0224664e4de96c89afca395750a7b672b127555b75e8f8c9cf79b8e4b815','4b0cbec9d1fa3f98297e74d272196fdd6744186434953f0447a6ef588cd00bb8');
INSERT INTO "audit" VALUES(65,'2026-11-22T14:42:38.092550Z','usr_1NxHIoQgpBdgvj9C','clinician','participant.created','par_v4KBSB6NbA5yvLTq','done','4b0cbec9d1fa3f98297e74d272196fdd6744186434953f0447a6ef588cd00bb8','1f270ae45d53cee5f5a8b93fbbfa3f9d90ca5af8d8fd2f8f04d206e23262b437');
INSERT INTO "audit" VALUES(66,'2026-11-22T14:42:38.092550Z','usr_1NxHIoQgpBdgvj9C','clinician','link.created','lnk_FdnOhxOHDDUiRB23','done','1f270ae45d53cee5f5a8b93fbbfa3f9d90ca5af8d8fd2f8f04d206e23262b437','46630ebb569bfcf66b324d936c0bda4318e235d29691e10a8e513a6259dae08c');
INSERT INTO "audit" VALUES(67,'2026-11-22T14:42:38.107425Z','system','system','server.stopped','srv_DpDqlGh1K_l1DoBa','done','46630ebb569bfcf66b324d936c0bda4318e235d29691e10a8e513a6259dae08c','13f596ffea8580958f7983e43fa5a55409aaaac1939bb20f9bae6fa1583dbf0c');
CREATE TABLE audit_head (
	id INTEGER NOT NULL, 
	sequence INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit_head PRIMARY KEY (id)
);
INSERT INTO "audit_head" VALUES(1,67,'13f596ffea8580958f7983e43fa5a55409aaaac1939bb20f9bae6fa1583dbf0c');
CREATE TABLE command_ack (
	actor_id VARCHAR(40) NOT NULL, 
	command_id VARCHAR(64) NOT NULL, 
	ack JSON NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_command_ack PRIMARY KEY (actor_id, command_id)
);
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','IlarRV4R3_kDVImz','{"session": {"id": "ses_23_TuXwgZt2tgZ6L", "kind": "urgent", "state": "open", "created_at": "2026-11-22T14:42:37.624Z", "starts_at": null, "started_at": null, "patient_name": "Ada Beispiel", "reason": "Rash, second look", "ended_at": null, "outcome": null}, "participant": {"id": "par_JysXR7B6gaay0wFj", "name": "Dr. Clara Amsel", "role": "clinician", "state": "admitted", "since": "2026-11-22T14:42:37.624Z", "media": {"microphone": false, "camera": false, "screen": false}, "tracks": [], "video_paused": false, "device": null}, "link": {"id": "lnk_Z6K4ininaaCUGEgq", "participant_id": "par_s7Iin48BuXevOUEI", "role": "patient"}}','2026-11-22T14:42:37.624817Z');
INSERT INTO "command_ack" VALUES('par_s7Iin48BuXevOUEI','6CjmVJecAAGlZZqk','{}','2026-11-22T14:42:37.703229Z');
INSERT INTO "command_ack" VALUES('par_s7Iin48BuXevOUEI','xdKMc_14k0RWniM0','{}','2026-11-22T14:42:37.708544Z');
INSERT INTO "command_ack" VALUES('par_s7Iin48BuXevOUEI','vs5xq9855g3JH14P','{}','2026-11-22T14:42:37.715258Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','0mIqT6n6wweUeF8f','{}','2026-11-22T14:42:37.745598Z');
INSERT INTO "command_ack" VALUES('par_s7Iin48BuXevOUEI','TU0vi2hGpIGsCTJd','{"message": {"id": "msg_689wEf-9YBjM317T", "participant_id": "par_s7Iin48BuXevOUEI", "name": "Ada Beispiel", "body": "Good morning, I can hear you.", "at": "2026-11-22T14:42:37.755Z", "command_id": "TU0vi2hGpIGsCTJd"}}','2026-11-22T14:42:37.755858Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','N8jHYoRw51fqx7HJ','{"link": {"id": "lnk_jBMh9SGdJ2B9iGWj", "participant_id": "par_a1A8VkgTagUbkPOo", "role": "interpreter"}}','2026-11-22T14:42:37.784460Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','0CCMZur0yLb8P81N','{}','2026-11-22T14:42:37.801278Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','o9pe6bxLsT0-bE5I','{"session": {"id": "ses_23_TuXwgZt2tgZ6L", "kind": "urgent", "state": "ended", "created_at": "2026-11-22T14:42:37.624Z", "starts_at": null, "started_at": "2026-11-22T14:42:37.745Z", "patient_name": "Ada Beispiel", "reason": "Rash, second look", "ended_at": "2026-11-22T14:42:37.801Z", "outcome": "completed"}}','2026-11-22T14:42:37.813775Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','h4rMrnNfMlB5FwIH','{"session": {"id": "ses_uRspc22QwRf1nB0t", "kind": "urgent", "state": "open", "created_at": "2026-11-22T14:42:37.824Z", "starts_at": null, "started_at": null, "patient_name": "Bruno Muster", "reason": "Medication review", "ended_at": null, "outcome": null}, "participant": {"id": "par_ghhK6oRFVrizkZ64", "name": "Dr. Clara Amsel", "role": "clinician", "state": "admitted", "since": "2026-11-22T14:42:37.824Z", "media": {"microphone": false, "camera": false, "screen": false}, "tracks": [], "video_paused": false, "device": null}, "link": {"id": "lnk_ldU1Qq7_qxrnse0T", "participant_id": "par_qPZCK7W4COAlnH3n", "role": "patient"}}','2026-11-22T14:42:37.824145Z');
INSERT INTO "command_ack" VALUES('par_qPZCK7W4COAlnH3n','XT5TO6OS_aghuB4u','{}','2026-11-22T14:42:37.873799Z');
INSERT INTO "command_ack" VALUES('par_qPZCK7W4COAlnH3n','40uPeRvpKMfIz-q2','{}','2026-11-22T14:42:37.879260Z');
INSERT INTO "command_ack" VALUES('par_qPZCK7W4COAlnH3n','0qjCmAbJWUDhloUT','{}','2026-11-22T14:42:37.883298Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','O1dErMBjV4UczTRW','{}','2026-11-22T14:42:37.910572Z');
INSERT INTO "command_ack" VALUES('par_qPZCK7W4COAlnH3n','psFpRoBRO2nQ7gG1','{"message": {"id": "msg_5RenljOdVEm4xvKx", "participant_id": "par_qPZCK7W4COAlnH3n", "name": "Bruno Muster", "body": "Good morning, I can hear you.", "at": "2026-11-22T14:42:37.917Z", "command_id": "psFpRoBRO2nQ7gG1"}}','2026-11-22T14:42:37.917140Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','rWd7a3g3eTWbZZzW','{"link": {"id": "lnk_IgK4hPn8sSoMxlRK", "participant_id": "par_XNALf_2-R-UqrtR1", "role": "interpreter"}}','2026-11-22T14:42:37.932076Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','rXbn-TSzJcADvlR1','{}','2026-11-22T14:42:37.942443Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','vFP0Sx8x4IdPU9G9','{"session": {"id": "ses_uRspc22QwRf1nB0t", "kind": "urgent", "state": "ended", "created_at": "2026-11-22T14:42:37.824Z", "starts_at": null, "started_at": "2026-11-22T14:42:37.910Z", "patient_name": "Bruno Muster", "reason": "Medication review", "ended_at": "2026-11-22T14:42:37.942Z", "outcome": "completed"}}','2026-11-22T14:42:37.954982Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','hSInlN9co23FXAQP','{"session": {"id": "ses_3qFDiN7i_xbkeh-x", "kind": "urgent", "state": "open", "created_at": "2026-11-22T14:42:37.963Z", "starts_at": null, "started_at": null, "patient_name": "\u00c7elik, Zo\u00eb", "reason": "Follow-up", "ended_at": null, "outcome": null}, "participant": {"id": "par_nEMBaagqDmw-IXhj", "name": "Dr. Clara Amsel", "role": "clinician", "state": "admitted", "since": "2026-11-22T14:42:37.963Z", "media": {"microphone": false, "camera": false, "screen": false}, "tracks": [], "video_paused": false, "device": null}, "link": {"id": "lnk_ONi8U0S4s0YJ1Ztx", "participant_id": "par_jAHp_i2Ym72oLQYz", "role": "patient"}}','2026-11-22T14:42:37.963970Z');
INSERT INTO "command_ack" VALUES('par_jAHp_i2Ym72oLQYz','J9jhnoxcFWbKV-5d','{}','2026-11-22T14:42:38.005833Z');
INSERT INTO "command_ack" VALUES('par_jAHp_i2Ym72oLQYz','XPZobIpaeZNA-Y63','{}','2026-11-22T14:42:38.011235Z');
INSERT INTO "command_ack" VALUES('par_jAHp_i2Ym72oLQYz','ewJ8KITBpNXos2jS','{}','2026-11-22T14:42:38.016922Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','zYJ1PqQxQW6eKDxu','{}','2026-11-22T14:42:38.059868Z');
INSERT INTO "command_ack" VALUES('par_jAHp_i2Ym72oLQYz','3iF-PVKbc87--f9N','{"message": {"id": "msg_xO7gz3M457-nwyHc", "participant_id": "par_jAHp_i2Ym72oLQYz", "name": "\u00c7elik, Zo\u00eb", "body": "Good morning, I can hear you.", "at": "2026-11-22T14:42:38.070Z", "command_id": "3iF-PVKbc87--f9N"}}','2026-11-22T14:42:38.070611Z');
INSERT INTO "command_ack" VALUES('usr_1NxHIoQgpBdgvj9C','bjrVO5edOWEI2tyI','{"link": {"id": "lnk_FdnOhxOHDDUiRB23", "participant_id": "par_v4KBSB6NbA5yvLTq", "role": "interpreter"}}','2026-11-22T14:42:38.092550Z');
CREATE TABLE link (
	id VARCHAR(40) NOT NULL, 
	session_id VARCHAR(40) NOT NULL, 
	participant_id VARCHAR(40) NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	created_by VARCHAR(40) NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	expires_at VARCHAR(27) NOT NULL, 
	not_before VARCHAR(27), 
	opened_at VARCHAR(27), 
	revoked_at VARCHAR(27), 
	CONSTRAINT pk_link PRIMARY KEY (id), 
	CONSTRAINT fk_link_created_by FOREIGN KEY(created_by) REFERENCES user (id), 
	CONSTRAINT fk_link_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT fk_link_session_id FOREIGN KEY(session_id) REFERENCES session (id), 
	CONSTRAINT uq_link_token_hash UNIQUE (token_hash)
);
INSERT INTO "link" VALUES('lnk_Z6K4ininaaCUGEgq','ses_23_TuXwgZt2tgZ6L','par_s7Iin48BuXevOUEI','patient','97cada17b333bc00cda12dbe53d915b3df4fe666ff4a4cfd61146c067dff52ce','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.624817Z','2026-12-22T14:42:37.624817Z',NULL,'2026-11-22T14:42:37.662788Z',NULL);
INSERT INTO "link" VALUES('lnk_jBMh9SGdJ2B9iGWj','ses_23_TuXwgZt2tgZ6L','par_a1A8VkgTagUbkPOo','interpreter','aeef8f5fb37bebe2f5a1ceb129a3b54a661048fdf3dcf2aade133ddaf01cb295','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.784460Z','2026-12-22T14:42:37.784460Z',NULL,NULL,NULL);
INSERT INTO "link" VALUES('lnk_ldU1Qq7_qxrnse0T','ses_uRspc22QwRf1nB0t','par_qPZCK7W4COAlnH3n','patient','8cb7eebc88afcf81afd01ad4fd2b7eed3e1d64334edd08a3c9f87a6ce8d6ddb4','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.824145Z','2026-12-22T14:42:37.824145Z',NULL,'2026-11-22T14:42:37.845316Z',NULL);
INSERT INTO "link" VALUES('lnk_IgK4hPn8sSoMxlRK','ses_uRspc22QwRf1nB0t','par_XNALf_2-R-UqrtR1','interpreter','cd10f419bec18c3b6f06252f7294f2cdc2ce92838bb7cc2549b974c540ab8930','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.932076Z','2026-12-22T14:42:37.932076Z',NULL,NULL,NULL);
INSERT INTO "link" VALUES('lnk_ONi8U0S4s0YJ1Ztx','ses_3qFDiN7i_xbkeh-x','par_jAHp_i2Ym72oLQYz','patient','a8360313f264dda04b8521a8db15a09474e225eb8a587f32c885e78ec7eac92a','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.963970Z','2026-12-22T14:42:37.963970Z',NULL,'2026-11-22T14:42:37.981538Z',NULL);
INSERT INTO "link" VALUES('lnk_FdnOhxOHDDUiRB23','ses_3qFDiN7i_xbkeh-x','par_v4KBSB6NbA5yvLTq','interpreter','cb4d5056c2040c4a6615783d905e284f0b3471fb42a10e4a87af542556eda072','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:38.092550Z','2026-12-22T14:42:38.092550Z',NULL,NULL,NULL);
CREATE TABLE link_request (
	id VARCHAR(40) NOT NULL, 
	session_id VARCHAR(40) NOT NULL, 
	participant_id VARCHAR(40) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	handled_at VARCHAR(27), 
	handled_by VARCHAR(40), 
	CONSTRAINT pk_link_request PRIMARY KEY (id), 
	CONSTRAINT fk_link_request_handled_by FOREIGN KEY(handled_by) REFERENCES user (id), 
	CONSTRAINT fk_link_request_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT fk_link_request_session_id FOREIGN KEY(session_id) REFERENCES session (id)
);
CREATE TABLE login (
	id VARCHAR(40) NOT NULL, 
	user_id VARCHAR(40) NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	last_seen_at VARCHAR(27) NOT NULL, 
	expires_at VARCHAR(27) NOT NULL, 
	revoked_at VARCHAR(27), 
	CONSTRAINT pk_login PRIMARY KEY (id), 
	CONSTRAINT fk_login_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_login_token_hash UNIQUE (token_hash)
);
INSERT INTO "login" VALUES('lgn_HJwadAwzZt3lMk7q','usr_1NxHIoQgpBdgvj9C','816efb58b92cdd16963540634402841cccd4928872794643b2faf80745140b23','2026-11-22T14:42:37.521822Z','2026-11-22T14:42:37.521822Z','2026-11-23T02:42:37.521822Z',NULL);
INSERT INTO "login" VALUES('lgn_ncHS6Kpn-80fBUWF','usr_YuiL9ktBgk_Fxg_A','8a095b50521a96d3cfab670231c14b5db22bdfe120d00665444f4055d25cf8ec','2026-11-22T14:42:37.608463Z','2026-11-22T14:42:37.608463Z','2026-11-23T02:42:37.608463Z',NULL);
CREATE TABLE message (
	id VARCHAR(40) NOT NULL, 
	session_id VARCHAR(40) NOT NULL, 
	sequence INTEGER NOT NULL, 
	participant_id VARCHAR(40) NOT NULL, 
	name TEXT NOT NULL, 
	body TEXT NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	command_id VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_message PRIMARY KEY (id), 
	CONSTRAINT fk_message_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT fk_message_session_id FOREIGN KEY(session_id) REFERENCES session (id), 
	CONSTRAINT uq_message_participant_id UNIQUE (participant_id, command_id), 
	CONSTRAINT uq_message_session_id UNIQUE (session_id, sequence)
);
INSERT INTO "message" VALUES('msg_689wEf-9YBjM317T','ses_23_TuXwgZt2tgZ6L',1,'par_s7Iin48BuXevOUEI','Ada Beispiel','Good morning, I can hear you.','2026-11-22T14:42:37.755858Z','TU0vi2hGpIGsCTJd');
INSERT INTO "message" VALUES('msg_5RenljOdVEm4xvKx','ses_uRspc22QwRf1nB0t',1,'par_qPZCK7W4COAlnH3n','Bruno Muster','Good morning, I can hear you.','2026-11-22T14:42:37.917140Z','psFpRoBRO2nQ7gG1');
INSERT INTO "message" VALUES('msg_xO7gz3M457-nwyHc','ses_3qFDiN7i_xbkeh-x',1,'par_jAHp_i2Ym72oLQYz','Çelik, Zoë','Good morning, I can hear you.','2026-11-22T14:42:38.070611Z','3iF-PVKbc87--f9N');
CREATE TABLE move_request (
	id VARCHAR(40) NOT NULL, 
	session_id VARCHAR(40) NOT NULL, 
	participant_id VARCHAR(40) NOT NULL, 
	device_hash VARCHAR(64) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	approved BOOLEAN, 
	decided_by VARCHAR(40), 
	decided_at VARCHAR(27), 
	used_at VARCHAR(27), 
	CONSTRAINT pk_move_request PRIMARY KEY (id), 
	CONSTRAINT fk_move_request_decided_by FOREIGN KEY(decided_by) REFERENCES participant (id), 
	CONSTRAINT fk_move_request_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT fk_move_request_session_id FOREIGN KEY(session_id) REFERENCES session (id)
);
CREATE TABLE organisation (
	id VARCHAR(40) NOT NULL, 
	name TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	emergency_number TEXT NOT NULL, 
	is_demo BOOLEAN NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_organisation PRIMARY KEY (id)
);
INSERT INTO "organisation" VALUES('org_1glc1uRHFHoUX9WE','Demo Clinic','+49 30 5550100','112',1,'2026-11-22T14:42:36.307512Z');
CREATE TABLE participant (
	id VARCHAR(40) NOT NULL, 
	session_id VARCHAR(40) NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	name TEXT NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	since VARCHAR(27) NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	user_id VARCHAR(40), 
	admitted_at VARCHAR(27), 
	held BOOLEAN NOT NULL, 
	silent_since VARCHAR(27), 
	device JSON, 
	acknowledged_at VARCHAR(27), 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_participant PRIMARY KEY (id), 
	CONSTRAINT fk_participant_session_id FOREIGN KEY(session_id) REFERENCES session (id), 
	CONSTRAINT fk_participant_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_participant_session_id UNIQUE (session_id, user_id)
);
INSERT INTO "participant" VALUES('par_JysXR7B6gaay0wFj','ses_23_TuXwgZt2tgZ6L','clinician','Dr. Clara Amsel','left','2026-11-22T14:42:37.801278Z','2026-11-22T14:42:37.624817Z','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.624817Z',0,NULL,NULL,NULL,'');
INSERT INTO "participant" VALUES('par_s7Iin48BuXevOUEI','ses_23_TuXwgZt2tgZ6L','patient','Ada Beispiel','left','2026-11-22T14:42:37.801278Z','2026-11-22T14:42:37.624817Z',NULL,'2026-11-22T14:42:37.745598Z',0,NULL,'{"camera": "ok", "microphone": "ok", "speaker": "ok", "network": "good", "rtt_ms": 40}',NULL,'');
INSERT INTO "participant" VALUES('par_a1A8VkgTagUbkPOo','ses_23_TuXwgZt2tgZ6L','interpreter','Ida','invited','2026-11-22T14:42:37.784460Z','2026-11-22T14:42:37.784460Z',NULL,NULL,0,NULL,NULL,NULL,'');
INSERT INTO "participant" VALUES('par_ghhK6oRFVrizkZ64','ses_uRspc22QwRf1nB0t','clinician','Dr. Clara Amsel','left','2026-11-22T14:42:37.942443Z','2026-11-22T14:42:37.824145Z','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.824145Z',0,NULL,NULL,NULL,'');
INSERT INTO "participant" VALUES('par_qPZCK7W4COAlnH3n','ses_uRspc22QwRf1nB0t','patient','Bruno Muster','left','2026-11-22T14:42:37.942443Z','2026-11-22T14:42:37.824145Z',NULL,'2026-11-22T14:42:37.910572Z',0,NULL,'{"camera": "ok", "microphone": "ok", "speaker": "ok", "network": "good", "rtt_ms": 40}',NULL,'');
INSERT INTO "participant" VALUES('par_XNALf_2-R-UqrtR1','ses_uRspc22QwRf1nB0t','interpreter','Ida','invited','2026-11-22T14:42:37.932076Z','2026-11-22T14:42:37.932076Z',NULL,NULL,0,NULL,NULL,NULL,'');
INSERT INTO "participant" VALUES('par_nEMBaagqDmw-IXhj','ses_3qFDiN7i_xbkeh-x','clinician','Dr. Clara Amsel','admitted','2026-11-22T14:42:37.963970Z','2026-11-22T14:42:37.963970Z','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.963970Z',0,NULL,NULL,NULL,'');
INSERT INTO "participant" VALUES('par_jAHp_i2Ym72oLQYz','ses_3qFDiN7i_xbkeh-x','patient','Çelik, Zoë','admitted','2026-11-22T14:42:38.059868Z','2026-11-22T14:42:37.963970Z',NULL,'2026-11-22T14:42:38.059868Z',0,NULL,'{"camera": "ok", "microphone": "ok", "speaker": "ok", "network": "good", "rtt_ms": 40}',NULL,'');
INSERT INTO "participant" VALUES('par_v4KBSB6NbA5yvLTq','ses_3qFDiN7i_xbkeh-x','interpreter','Ida','invited','2026-11-22T14:42:38.092550Z','2026-11-22T14:42:38.092550Z',NULL,NULL,0,NULL,NULL,NULL,'');
CREATE TABLE participant_event (
	id VARCHAR(40) NOT NULL, 
	session_id VARCHAR(40) NOT NULL, 
	participant_id VARCHAR(40) NOT NULL, 
	event VARCHAR(40) NOT NULL, 
	from_state VARCHAR(40) NOT NULL, 
	to_state VARCHAR(40) NOT NULL, 
	cause_id VARCHAR(40) NOT NULL, 
	cause_role VARCHAR(40) NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_participant_event PRIMARY KEY (id), 
	CONSTRAINT fk_participant_event_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT fk_participant_event_session_id FOREIGN KEY(session_id) REFERENCES session (id)
);
INSERT INTO "participant_event" VALUES('evt_4_eF-MzV5MpcCk5B','ses_23_TuXwgZt2tgZ6L','par_s7Iin48BuXevOUEI','link_opened','invited','checking','par_s7Iin48BuXevOUEI','patient','2026-11-22T14:42:37.662788Z');
INSERT INTO "participant_event" VALUES('evt_enCZtHgwiRCf7Jh_','ses_23_TuXwgZt2tgZ6L','par_s7Iin48BuXevOUEI','entered_waiting','checking','waiting','par_s7Iin48BuXevOUEI','patient','2026-11-22T14:42:37.715258Z');
INSERT INTO "participant_event" VALUES('evt_RQBu2CITnHTaVg-T','ses_23_TuXwgZt2tgZ6L','par_s7Iin48BuXevOUEI','admitted','waiting','admitted','usr_1NxHIoQgpBdgvj9C','clinician','2026-11-22T14:42:37.745598Z');
INSERT INTO "participant_event" VALUES('evt_SWMMeOqV1L7VEbkf','ses_23_TuXwgZt2tgZ6L','par_JysXR7B6gaay0wFj','session_ended','admitted','left','usr_1NxHIoQgpBdgvj9C','clinician','2026-11-22T14:42:37.801278Z');
INSERT INTO "participant_event" VALUES('evt_XPckrWjrhN4OChnt','ses_23_TuXwgZt2tgZ6L','par_s7Iin48BuXevOUEI','session_ended','admitted','left','usr_1NxHIoQgpBdgvj9C','clinician','2026-11-22T14:42:37.801278Z');
INSERT INTO "participant_event" VALUES('evt_xZIl5qhK1npCm6sU','ses_uRspc22QwRf1nB0t','par_qPZCK7W4COAlnH3n','link_opened','invited','checking','par_qPZCK7W4COAlnH3n','patient','2026-11-22T14:42:37.845316Z');
INSERT INTO "participant_event" VALUES('evt_wQD-0CVf84n7HM09','ses_uRspc22QwRf1nB0t','par_qPZCK7W4COAlnH3n','entered_waiting','checking','waiting','par_qPZCK7W4COAlnH3n','patient','2026-11-22T14:42:37.883298Z');
INSERT INTO "participant_event" VALUES('evt_PKG8x3ptiyz_wCvh','ses_uRspc22QwRf1nB0t','par_qPZCK7W4COAlnH3n','admitted','waiting','admitted','usr_1NxHIoQgpBdgvj9C','clinician','2026-11-22T14:42:37.910572Z');
INSERT INTO "participant_event" VALUES('evt_FnA6cU5BpL7gJM20','ses_uRspc22QwRf1nB0t','par_ghhK6oRFVrizkZ64','session_ended','admitted','left','usr_1NxHIoQgpBdgvj9C','clinician','2026-11-22T14:42:37.942443Z');
INSERT INTO "participant_event" VALUES('evt_5af3mTfcwYUqjT4k','ses_uRspc22QwRf1nB0t','par_qPZCK7W4COAlnH3n','session_ended','admitted','left','usr_1NxHIoQgpBdgvj9C','clinician','2026-11-22T14:42:37.942443Z');
INSERT INTO "participant_event" VALUES('evt_aEi2YtKKBX8pGIK7','ses_3qFDiN7i_xbkeh-x','par_jAHp_i2Ym72oLQYz','link_opened','invited','checking','par_jAHp_i2Ym72oLQYz','patient','2026-11-22T14:42:37.981538Z');
INSERT INTO "participant_event" VALUES('evt_m5Qo_zRbOBscPURM','ses_3qFDiN7i_xbkeh-x','par_jAHp_i2Ym72oLQYz','entered_waiting','checking','waiting','par_jAHp_i2Ym72oLQYz','patient','2026-11-22T14:42:38.016922Z');
INSERT INTO "participant_event" VALUES('evt_pbOgSQUQ-M-yMhuG','ses_3qFDiN7i_xbkeh-x','par_jAHp_i2Ym72oLQYz','admitted','waiting','admitted','usr_1NxHIoQgpBdgvj9C','clinician','2026-11-22T14:42:38.059868Z');
CREATE TABLE quality_minute (
	participant_id VARCHAR(40) NOT NULL, 
	session_id VARCHAR(40) NOT NULL, 
	minute VARCHAR(27) NOT NULL, 
	freezes INTEGER NOT NULL, 
	rtt_ms INTEGER NOT NULL, 
	concealed FLOAT NOT NULL, 
	CONSTRAINT pk_quality_minute PRIMARY KEY (participant_id, minute), 
	CONSTRAINT fk_quality_minute_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT fk_quality_minute_session_id FOREIGN KEY(session_id) REFERENCES session (id)
);
CREATE TABLE seat_token (
	id VARCHAR(40) NOT NULL, 
	participant_id VARCHAR(40) NOT NULL, 
	session_id VARCHAR(40) NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	device_hash VARCHAR(64) NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	expires_at VARCHAR(27) NOT NULL, 
	revoked_at VARCHAR(27), 
	CONSTRAINT pk_seat_token PRIMARY KEY (id), 
	CONSTRAINT fk_seat_token_participant_id FOREIGN KEY(participant_id) REFERENCES participant (id), 
	CONSTRAINT fk_seat_token_session_id FOREIGN KEY(session_id) REFERENCES session (id), 
	CONSTRAINT uq_seat_token_token_hash UNIQUE (token_hash)
);
INSERT INTO "seat_token" VALUES('tok_LSgZZoXThChzCHys','par_s7Iin48BuXevOUEI','ses_23_TuXwgZt2tgZ6L','0a7ae0c7bfd6ff462b6f3685d82d5291ec881ca1b8bbf3d2f15fd8110087d0bf','c4dc248c734038feb31e41259d8d568fd9e9b69257bc39bc839079b0e4a63151','2026-11-22T14:42:37.662788Z','2026-12-22T14:42:37.624817Z',NULL);
INSERT INTO "seat_token" VALUES('tok_OScoNDdyqAOlzCHK','par_qPZCK7W4COAlnH3n','ses_uRspc22QwRf1nB0t','db0e399ba6d12f23f965dc22322093f69c8f42ff5fdd27b056c58b8254c6f510','1cef9a58f0ad3122c71f16893990de7144fd60212f8119c8f3193842af8e948e','2026-11-22T14:42:37.845316Z','2026-12-22T14:42:37.824145Z',NULL);
INSERT INTO "seat_token" VALUES('tok_dhLvJfdH3F0H6K2M','par_jAHp_i2Ym72oLQYz','ses_3qFDiN7i_xbkeh-x','23b4616603fd6779425383ed3918db0390f4580955899ecaa50674143ea2637e','338bc8f18984f9cb561e7e7c5cdefe5abd8d1978c6c07caeb0d315dcda829655','2026-11-22T14:42:37.981538Z','2026-12-22T14:42:37.963970Z',NULL);
CREATE TABLE session (
	id VARCHAR(40) NOT NULL, 
	organisation_id VARCHAR(40) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	state_since VARCHAR(27) NOT NULL, 
	created_by VARCHAR(40) NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	patient_name TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	starts_at VARCHAR(27), 
	started_at VARCHAR(27), 
	ended_at VARCHAR(27), 
	outcome VARCHAR(40), 
	completed_at VARCHAR(27), 
	sealed_at VARCHAR(27), 
	CONSTRAINT pk_session PRIMARY KEY (id), 
	CONSTRAINT fk_session_created_by FOREIGN KEY(created_by) REFERENCES user (id), 
	CONSTRAINT fk_session_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);
INSERT INTO "session" VALUES('ses_23_TuXwgZt2tgZ6L','org_1glc1uRHFHoUX9WE','urgent','ended','2026-11-22T14:42:37.801278Z','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.624817Z','Ada Beispiel','Rash, second look',NULL,'2026-11-22T14:42:37.745598Z','2026-11-22T14:42:37.801278Z','completed','2026-11-22T14:42:37.813775Z',NULL);
INSERT INTO "session" VALUES('ses_uRspc22QwRf1nB0t','org_1glc1uRHFHoUX9WE','urgent','ended','2026-11-22T14:42:37.942443Z','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.824145Z','Bruno Muster','Medication review',NULL,'2026-11-22T14:42:37.910572Z','2026-11-22T14:42:37.942443Z','completed','2026-11-22T14:42:37.954982Z',NULL);
INSERT INTO "session" VALUES('ses_3qFDiN7i_xbkeh-x','org_1glc1uRHFHoUX9WE','urgent','active','2026-11-22T14:42:38.059868Z','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.963970Z','Çelik, Zoë','Follow-up',NULL,'2026-11-22T14:42:38.059868Z',NULL,NULL,NULL,NULL);
CREATE TABLE staff_note (
	session_id VARCHAR(40) NOT NULL, 
	revision INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	author_id VARCHAR(40) NOT NULL, 
	updated_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_staff_note PRIMARY KEY (session_id, revision), 
	CONSTRAINT fk_staff_note_author_id FOREIGN KEY(author_id) REFERENCES user (id), 
	CONSTRAINT fk_staff_note_session_id FOREIGN KEY(session_id) REFERENCES session (id)
);
INSERT INTO "staff_note" VALUES('ses_23_TuXwgZt2tgZ6L',1,'Note about Ada Beispiel','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.771749Z');
INSERT INTO "staff_note" VALUES('ses_23_TuXwgZt2tgZ6L',2,'Done with Ada Beispiel','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.813775Z');
INSERT INTO "staff_note" VALUES('ses_uRspc22QwRf1nB0t',1,'Note about Bruno Muster','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.924885Z');
INSERT INTO "staff_note" VALUES('ses_uRspc22QwRf1nB0t',2,'Done with Bruno Muster','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:37.954982Z');
INSERT INTO "staff_note" VALUES('ses_3qFDiN7i_xbkeh-x',1,'Note about Çelik, Zoë','usr_1NxHIoQgpBdgvj9C','2026-11-22T14:42:38.081315Z');
CREATE TABLE user (
	id VARCHAR(40) NOT NULL, 
	organisation_id VARCHAR(40) NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	name TEXT NOT NULL, 
	email TEXT NOT NULL, 
	password_hash TEXT NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	is_active BOOLEAN NOT NULL, 
	is_demo BOOLEAN NOT NULL, 
	CONSTRAINT pk_user PRIMARY KEY (id), 
	CONSTRAINT fk_user_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id), 
	CONSTRAINT uq_user_email UNIQUE (email)
);
INSERT INTO "user" VALUES('usr_1NxHIoQgpBdgvj9C','org_1glc1uRHFHoUX9WE','clinician','Dr. Clara Amsel','clinician@demo.example','$argon2id$v=19$m=47104,t=1,p=1$70kDvSdIpuRBnqJYiAAlgQ$QEo+vUeGK+HOlOKqjga8SmdJfTEpqqAmAafvcqd1TpI','2026-11-22T14:42:36.307512Z',1,1);
INSERT INTO "user" VALUES('usr_mYWfnANs3sr3a19G','org_1glc1uRHFHoUX9WE','dispatcher','Dana Keller','dispatcher@demo.example','$argon2id$v=19$m=47104,t=1,p=1$8ChnqRQBvkH/HTlWdehY6A$aVPchbo5WgidaYm84Qfcj5kxKRGKzkcVdGw0CEnfJBU','2026-11-22T14:42:36.307512Z',1,1);
INSERT INTO "user" VALUES('usr_-cajc5Wgi7-1eTDV','org_1glc1uRHFHoUX9WE','responder','Robin Vogt','responder@demo.example','$argon2id$v=19$m=47104,t=1,p=1$S32Ori8kUxThAAs3RzqViQ$I1BXHjW6W4AYjRnWfi9p7VIWYtwic9ulkg4Yb6AMtrE','2026-11-22T14:42:36.307512Z',1,1);
INSERT INTO "user" VALUES('usr_YuiL9ktBgk_Fxg_A','org_1glc1uRHFHoUX9WE','front_desk','Fiona Lang','front-desk@demo.example','$argon2id$v=19$m=47104,t=1,p=1$+j4/IsnEt2BCVqj8rJlRqQ$9CdrAh5Rw4KVZJk9KqRfNA1Faybg21S8Kv/RhBVnGrE','2026-11-22T14:42:36.307512Z',1,1);
INSERT INTO "user" VALUES('usr_ifJffNTrV3F9TEDw','org_1glc1uRHFHoUX9WE','reviewer','Dr. Ralf Brandt','reviewer@demo.example','$argon2id$v=19$m=47104,t=1,p=1$S4o22Flnog4ZtARKbFXsrg$S8Vj1CXtZDFXwMzC4HFW8jGPEnVSbH47RfB3yIhkap4','2026-11-22T14:42:36.307512Z',1,1);
INSERT INTO "user" VALUES('usr_a-ddnMlvN5Jmi4E1','org_1glc1uRHFHoUX9WE','admin','Alex Weber','admin@demo.example','$argon2id$v=19$m=47104,t=1,p=1$kh1Msx6+nKLuurxJcRKgHA$L1n5sM4irkh26PjhqQWKSpVwJtk9GBFk+vgsMN9N6OQ','2026-11-22T14:42:36.307512Z',1,1);
CREATE INDEX ix_user_organisation_id ON user (organisation_id);
CREATE INDEX ix_login_user_id ON login (user_id);
CREATE INDEX ix_session_organisation_id ON session (organisation_id);
CREATE INDEX ix_session_state ON session (state, created_at);
CREATE INDEX ix_participant_state ON participant (state);
CREATE INDEX ix_seat_token_participant_id ON seat_token (participant_id);
CREATE INDEX ix_participant_event_participant_id ON participant_event (participant_id);
CREATE INDEX ix_participant_event_session ON participant_event (session_id, at);
CREATE INDEX ix_quality_minute_session_id ON quality_minute (session_id);
CREATE INDEX ix_link_participant_id ON link (participant_id);
CREATE INDEX ix_link_session_id ON link (session_id);
CREATE INDEX ix_link_request_session_id ON link_request (session_id);
CREATE UNIQUE INDEX uq_link_request_open ON link_request (participant_id) WHERE handled_at IS NULL;
CREATE INDEX ix_move_request_participant_id ON move_request (participant_id);
CREATE INDEX ix_move_request_session_id ON move_request (session_id);
CREATE UNIQUE INDEX uq_move_request_undecided ON move_request (participant_id, device_hash) WHERE approved IS NULL;
CREATE INDEX ix_command_ack_at ON command_ack (at);
CREATE TRIGGER audit_no_UPDATE BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END;
CREATE TRIGGER audit_no_DELETE BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END;
COMMIT;
